package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"sigs.k8s.io/yaml"
)

// The custom resource definitions that a cluster gets with each tool, in the very module that go.mod names.
var definitions = []struct{ module, file string }{
	{"github.com/argoproj/argo-rollouts", "manifests/crds/analysis-template-crd.yaml"},
	{"github.com/fluxcd/flagger", "artifacts/flagger/crd.yaml"},
}

type definition struct {
	Spec struct {
		Names    struct{ Kind string }
		Versions []struct {
			Name   string
			Schema struct{ OpenAPIV3Schema map[string]any }
		}
	}
}

// checkSchemas lets kubeconform hold the files to the schemas of the tools' own definitions, without leniency for keys that they do
// not have, and sees that it does.
func checkSchemas(files ...string) error {
	folder, err := os.MkdirTemp("", "gate-schemas-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	for _, each := range definitions {
		if err := writeSchemas(each.module, each.file, folder); err != nil {
			return err
		}
	}
	if output, err := kubeconform(folder, files...); err != nil {
		return fmt.Errorf("kubeconform: %w\n%s", err, output)
	}
	for _, file := range files {
		wrong, err := withWrongKey(file, folder)
		if err != nil {
			return err
		}
		if output, err := kubeconform(folder, wrong); err == nil {
			return fmt.Errorf("kubeconform takes a key that does not exist:\n%s", output)
		}
		fmt.Printf("kubeconform takes %s, and refuses it with a wrong key\n", filepath.Base(file))
	}
	return nil
}

func kubeconform(schemas string, files ...string) (string, error) {
	location := filepath.Join(schemas, "{{.ResourceKind}}_{{.ResourceAPIVersion}}.json")
	output, err := exec.Command("go", append([]string{"tool", "kubeconform", "-strict", "-schema-location", location}, files...)...).CombinedOutput()
	return string(output), err
}

func writeSchemas(module, file, folder string) error {
	found, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		return fmt.Errorf("%s: %w", module, err)
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(found)), file))
	if err != nil {
		return err
	}
	for _, document := range bytes.Split(text, []byte("\n---\n")) {
		var each definition
		if err := yaml.Unmarshal(document, &each); err != nil {
			return err
		}
		for _, version := range each.Spec.Versions {
			refuseUnknownKeys(version.Schema.OpenAPIV3Schema)
			schema, err := json.Marshal(version.Schema.OpenAPIV3Schema)
			if err != nil {
				return err
			}
			name := fmt.Sprintf("%s_%s.json", strings.ToLower(each.Spec.Names.Kind), version.Name)
			if err := os.WriteFile(filepath.Join(folder, name), schema, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// refuseUnknownKeys turns a schema of Kubernetes into one of JSON Schema: what is not named is not allowed, and a field may be a
// number or a text.
func refuseUnknownKeys(schema any) {
	switch node := schema.(type) {
	case []any:
		for _, each := range node {
			refuseUnknownKeys(each)
		}
	case map[string]any:
		for _, each := range node {
			refuseUnknownKeys(each)
		}
		if _, isOpen := node["x-kubernetes-preserve-unknown-fields"]; isOpen {
			return
		}
		if _, hasProperties := node["properties"].(map[string]any); hasProperties && node["type"] == "object" {
			node["additionalProperties"] = false
		}
		if node["x-kubernetes-int-or-string"] == true {
			delete(node, "type")
		}
	}
}

var someKey = regexp.MustCompile(`(?m)^(\s+(?:- )?)(query|address):`)

func withWrongKey(file, folder string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	wrong := filepath.Join(folder, "wrong.yaml")
	return wrong, os.WriteFile(wrong, someKey.ReplaceAll(text, []byte("${1}${2}s:")), 0o644)
}
