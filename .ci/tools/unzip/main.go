// Reads a zip with Go's own archive/zip, as OpenTofu and CUE do, and prints a line of JSON for each of its members. What
// a member holds is read to its end, so that its size and its checksum are compared.
package main

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
)

type member struct {
	Name   string `json:"name"`
	Mode   string `json:"mode"`
	Size   uint64 `json:"size"`
	SHA256 string `json:"sha256"`
	Time   string `json:"time"`
}

func main() {
	log.SetFlags(0)
	archive, err := zip.OpenReader(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	defer archive.Close()
	lines := json.NewEncoder(os.Stdout)
	for _, file := range archive.File {
		reader, err := file.Open()
		if err != nil {
			log.Fatalf("%s: %v", file.Name, err)
		}
		hash := sha256.New()
		size, err := io.Copy(hash, reader)
		if err != nil {
			log.Fatalf("%s: %v", file.Name, err)
		}
		if uint64(size) != file.UncompressedSize64 {
			log.Fatalf("%s: %d bytes, and the directory says %d", file.Name, size, file.UncompressedSize64)
		}
		err = lines.Encode(member{
			file.Name, file.Mode().String(), file.UncompressedSize64, fmt.Sprintf("%x", hash.Sum(nil)),
			file.Modified.UTC().Format("2006-01-02T15:04:05Z"),
		})
		if err != nil {
			log.Fatal(err)
		}
	}
}
