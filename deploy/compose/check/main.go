// Checks compose.yaml with the loader of Docker Compose, the Dockerfile with the parser and the linter of BuildKit, and the seccomp profile with
// the one of Docker that it is made of:
//
//	cd deploy/compose/check && go run . ../..
//	cd deploy/compose/check && go run . ../.. -write    # makes the profile
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

func main() {
	folder := os.Args[1]
	if err := checkCompose(filepath.Join(folder, "compose.yaml")); err != nil {
		fail("compose.yaml", err)
	}
	if err := checkDockerfile(filepath.Join(folder, "containers", "Dockerfile")); err != nil {
		fail("Dockerfile", err)
	}
	profile := filepath.Join(folder, "containers", "seccomp.json")
	if len(os.Args) > 2 && os.Args[2] == "-write" {
		if err := os.WriteFile(profile, chromiumProfile(), 0o644); err != nil {
			fail("seccomp.json", err)
		}
	}
	if err := checkProfile(profile); err != nil {
		fail("seccomp.json", err)
	}
}

// checkCompose does what `docker compose config` does before it prints: reads, merges, checks against the schema, resolves paths
// and names. Every file that a service mounts or builds from has to be there.
func checkCompose(file string) error {
	options, err := cli.NewProjectOptions([]string{file}, cli.WithResolvedPaths(true), cli.WithConsistency(true))
	if err != nil {
		return err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return err
	}
	for name, service := range project.Services {
		for _, volume := range service.Volumes {
			if volume.Type != "bind" {
				continue
			}
			if _, err := os.Stat(volume.Source); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		if service.Build != nil {
			if _, err := os.Stat(filepath.Join(service.Build.Context, service.Build.Dockerfile)); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	fmt.Printf("compose.yaml: %d services\n", len(project.Services))
	return nil
}

// checkDockerfile fails on an instruction that BuildKit does not understand, and on what its linter warns of.
func checkDockerfile(file string) error {
	text, err := os.Open(file)
	if err != nil {
		return err
	}
	defer text.Close()
	parsed, err := parser.Parse(text)
	if err != nil {
		return err
	}
	var warning error
	lint := linter.New(&linter.Config{Warn: func(rule, _, _, message string, _ []parser.Range) {
		warning = fmt.Errorf("%s: %s", rule, message)
	}})
	stages, _, err := instructions.Parse(parsed.AST, lint)
	if err != nil {
		return err
	}
	for _, found := range parsed.Warnings {
		warning = fmt.Errorf("%s", found.Short)
	}
	if warning == nil {
		fmt.Printf("Dockerfile: %d stages\n", len(stages))
	}
	return warning
}

func fail(file string, err error) {
	fmt.Fprintf(os.Stderr, "%s: %v\n", file, err)
	os.Exit(1)
}
