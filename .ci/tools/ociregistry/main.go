// Command ociregistry serves CUE Labs' implementation of a registry
// (cuelabs.dev/go/oci/ociregistry: the server "ociserver" on the store "ocimem")
// for gantry's tests, as the one registry here that has the referrers API.
// Everything is held in memory and gone when it ends.
//
//	ociregistry [--address HOST:PORT]
//
// It prints "listening on HOST:PORT", with the port the system chose for port 0,
// and serves plain HTTP until it is killed.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"cuelabs.dev/go/oci/ociregistry/ocimem"
	"cuelabs.dev/go/oci/ociregistry/ociserver"
)

func main() {
	address := flag.String("address", "127.0.0.1:0", "listen on this `HOST:PORT`")
	flag.Parse()
	if err := serve(*address); err != nil {
		fmt.Fprintln(os.Stderr, "ociregistry:", err)
		os.Exit(1)
	}
}

// serve answers requests at address; it returns only on an error.
func serve(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Println("listening on", listener.Addr())
	server := &http.Server{
		Handler:           ociserver.New(ocimem.New(), nil),
		ReadHeaderTimeout: 10 * time.Second,
	}
	return server.Serve(listener)
}
