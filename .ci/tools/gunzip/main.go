// Reads gzip files with Go's own compress/gzip and prints a line for each: the SHA-256 of what is in it, and its name.
package main

import (
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	for _, name := range os.Args[1:] {
		file, err := os.Open(name)
		if err != nil {
			log.Fatal(err)
		}
		reader, err := gzip.NewReader(file)
		if err != nil {
			log.Fatalf("%s: %v", name, err)
		}
		hash := sha256.New()
		if _, err := io.Copy(hash, reader); err != nil {
			log.Fatalf("%s: %v", name, err)
		}
		fmt.Printf("%x %s\n", hash.Sum(nil), name)
		file.Close()
	}
}
