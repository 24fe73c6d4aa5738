// Renders overlays with kustomize and checks what comes out as a cluster does before it takes it: each object decodes strictly and fulfils
// Kubernetes' own validation, each pod the restricted Pod Security Standard, and kube-score has nothing critical to say.
//
//	cd deploy/kubernetes/check && go run . OUTPUT OVERLAY...
//
// Writes each rendered overlay to OUTPUT/NAME.yaml.
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

func main() {
	output, overlays := os.Args[1], os.Args[2:]
	var found []error
	for _, overlay := range overlays {
		name := filepath.Base(overlay)
		checked, err := check(overlay, filepath.Join(output, name+".yaml"))
		if err != nil {
			found = append(found, fmt.Errorf("%s: %w", name, err))
		}
		fmt.Printf("%s: %d objects\n", name, checked)
	}
	if err := errors.Join(found...); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// check returns how many objects the overlay has.
func check(overlay, file string) (int, error) {
	rendered, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), overlay)
	if err != nil {
		return 0, err
	}
	text, err := rendered.AsYaml()
	if err != nil {
		return 0, err
	}
	if err := os.WriteFile(file, text, 0o644); err != nil {
		return 0, err
	}
	documents := bytes.Split(text, []byte("\n---\n"))
	var found []error
	for _, document := range documents {
		if err := checkObject(document); err != nil {
			found = append(found, fmt.Errorf("%w, in\n%s", err, document))
		}
	}
	if err := score(file); err != nil {
		found = append(found, err)
	}
	return len(documents), errors.Join(found...)
}

func checkObject(document []byte) error {
	if custom, err := customObject(document); custom != nil || err != nil {
		if err != nil {
			return err
		}
		return validateCustom(custom)
	}
	object, err := decode(document)
	if err != nil {
		return err
	}
	return errors.Join(validate(object), checkPodSecurity(object))
}

// What kube-score asks for and these manifests decide otherwise, with the reason.
var decidedOtherwise = []string{
	// An instance that is throttled renews its leases late.
	"--ignore-container-cpu-limit",
	// A tag is a version, which a release publishes once.
	"--ignore-test", "container-image-pull-policy",
	// A user id above 10000 is not that of the image; the pods have no service account token, and no host path.
	"--ignore-test", "container-security-context-user-group-id",
}

func score(file string) error {
	arguments := append([]string{"tool", "-modfile=kube-score.mod", "kube-score", "score", "--output-format", "ci"}, decidedOtherwise...)
	output, err := exec.Command("go", append(arguments, file)...).CombinedOutput()
	if err == nil {
		return nil
	}
	var critical []string
	for line := range strings.Lines(string(output)) {
		if !strings.HasPrefix(line, "[OK]") && !strings.HasPrefix(line, "[SKIPPED]") {
			critical = append(critical, line)
		}
	}
	return fmt.Errorf("kube-score: %w\n%s", err, strings.Join(critical, ""))
}
