// An S3 server for tests: objects in memory, requests have to be signed (Signature Version 4). Prints its address, and ends
// with its standard input.
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"

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
	panic(http.Serve(listener, server.Server()))
}
