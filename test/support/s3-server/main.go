// An S3 server for tests: objects in memory, requests have to be signed (Signature Version 4). Prints its address, and ends
// with its standard input. With a quota in bytes as its fourth argument it refuses what would exceed it, as MinIO does on a full disk.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"

	"github.com/rclone/gofakes3"
	"github.com/rclone/gofakes3/s3mem"
)

func main() {
	accessKey, secretKey, bucket := os.Args[1], os.Args[2], os.Args[3]
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
	if len(os.Args) > 4 {
		quota, err := strconv.ParseInt(os.Args[4], 10, 64)
		if err != nil {
			panic(err)
		}
		handler = withQuota(handler, quota)
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
