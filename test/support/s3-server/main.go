// An S3 server for tests: objects in memory, requests have to be signed (Signature Version 4). Prints its address, and ends
// with its standard input. With a quota in bytes it refuses what would exceed it, as MinIO does on a full disk. With a session token, the
// keys are temporary ones, which are worth nothing without it, as on AWS.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync/atomic"

	"github.com/rclone/gofakes3"
	"github.com/rclone/gofakes3/s3mem"
)

func main() {
	quota := flag.Int64("quota", 0, "in bytes")
	sessionToken := flag.String("session-token", "", "of the keys")
	flag.Parse()
	accessKey, secretKey, bucket := flag.Arg(0), flag.Arg(1), flag.Arg(2)
	backend := s3mem.New()
	if err := backend.CreateBucket(context.Background(), bucket); err != nil {
		panic(err)
	}
	server := gofakes3.New(backend, gofakes3.WithV4Auth(map[string]string{accessKey: secretKey}))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	fmt.Printf("http://%s\n", listener.Addr())
	handler := server.Server()
	if *quota > 0 {
		handler = withQuota(handler, *quota)
	}
	if *sessionToken != "" {
		handler = withSessionToken(handler, *sessionToken)
	}
	panic(http.Serve(listener, handler))
}

func withQuota(next http.Handler, quota int64) http.Handler {
	var taken atomic.Int64
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		if request.Method == http.MethodPut && taken.Add(request.ContentLength) > quota {
			taken.Add(-request.ContentLength)
			writer.Header().Set("Content-Type", "application/xml")
			writer.WriteHeader(http.StatusInsufficientStorage)
			fmt.Fprint(writer, "<Error><Code>XMinioStorageFull</Code><Message>The disk is full</Message></Error>")
			return
		}
		next.ServeHTTP(writer, request)
	})
}

func withSessionToken(next http.Handler, token string) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		if request.Header.Get("X-Amz-Security-Token") != token {
			writer.Header().Set("Content-Type", "application/xml")
			writer.WriteHeader(http.StatusForbidden)
			fmt.Fprint(writer, "<Error><Code>InvalidToken</Code><Message>The token does not belong to the key</Message></Error>")
			return
		}
		next.ServeHTTP(writer, request)
	})
}
