package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
)

// chromiumProfile is Docker's default profile, which also lets an unprivileged user make the namespaces of Chromium's sandbox.
func chromiumProfile() []byte {
	profile := seccomp.DefaultProfile()
	profile.Syscalls = append(profile.Syscalls, &seccomp.Syscall{
		LinuxSyscall: specs.LinuxSyscall{
			Names:  []string{"clone", "setns", "unshare"},
			Action: specs.ActAllow,
		},
		Comment: "the namespaces of the sandbox of Chromium",
	})
	text, err := json.MarshalIndent(profile, "", "  ")
	if err != nil {
		panic(err)
	}
	return append(text, '\n')
}

func checkProfile(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if !bytes.Equal(text, chromiumProfile()) {
		return errors.New("it is not Docker's default profile with the namespaces of Chromium: go run . ../.. -write makes it")
	}
	fmt.Println("seccomp.json: Docker's default profile and the namespaces of Chromium")
	return nil
}
