// Command flux-ignore asks the matcher of Flux and Timoni which paths a list of
// ignore patterns leaves out, so that gantry's tests can compare its own
// reading with theirs.
//
// Each line of standard input is a JSON object: "patterns" is the text of an
// ignore file, "paths" are paths relative to the source, those of directories
// with a slash at the end. For each of them it prints a line with a JSON list of
// booleans: whether each path is left out.
//
// The patterns are read and matched as `flux push artifact` and `timoni mod
// push` do, which give absolute paths to a matcher whose domain is the source.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/fluxcd/pkg/sourceignore"
)

// A question is a line of standard input.
type question struct {
	Patterns string   `json:"patterns"`
	Paths    []string `json:"paths"`
}

// domain is where the source lies: "/src".
var domain = []string{"", "src"}

func main() {
	if err := answerAll(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "flux-ignore:", err)
		os.Exit(1)
	}
}

func answerAll(r io.Reader, w io.Writer) error {
	out := bufio.NewWriter(w)
	questions, answers := json.NewDecoder(r), json.NewEncoder(out)
	for {
		var q question
		if err := questions.Decode(&q); errors.Is(err, io.EOF) {
			return out.Flush()
		} else if err != nil {
			return fmt.Errorf("cannot read a question: %w", err)
		}
		if err := answers.Encode(ignored(q)); err != nil {
			return err
		}
	}
}

func ignored(q question) []bool {
	matcher := sourceignore.NewMatcher(sourceignore.ReadPatterns(strings.NewReader(q.Patterns), domain))
	answers := make([]bool, len(q.Paths))
	for i, path := range q.Paths {
		name, isDir := strings.CutSuffix(path, "/")
		parts := append(append([]string{}, domain...), strings.Split(name, "/")...)
		answers[i] = matcher.Match(parts, isDir)
	}
	return answers
}
