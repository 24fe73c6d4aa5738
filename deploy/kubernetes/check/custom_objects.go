package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

const keda = "github.com/kedacore/keda/v2"

// The definitions that a cluster gets with KEDA, in the module that keda.mod names, by kind.
var definitions = map[string]string{"ScaledObject": "config/crd/bases/keda.sh_scaledobjects.yaml"}

// customObject returns the document as an object of KEDA, or nil where it is none.
func customObject(document []byte) (*unstructured.Unstructured, error) {
	object := &unstructured.Unstructured{}
	if err := yaml.UnmarshalStrict(document, &object.Object); err != nil {
		return nil, err
	}
	if object.GroupVersionKind().Group != "keda.sh" {
		return nil, nil
	}
	return object, nil
}

// validateCustom does what a server with KEDA's definitions does before it creates an object, and holds the metadata of triggers, which are
// texts without a schema, to what the scaler reads.
func validateCustom(object *unstructured.Unstructured) error {
	folder, err := moduleFolder()
	if err != nil {
		return err
	}
	file, isKnown := definitions[object.GetKind()]
	if !isKnown {
		return fmt.Errorf("there is no definition of %s here", object.GetKind())
	}
	text, err := os.ReadFile(filepath.Join(folder, file))
	if err != nil {
		return err
	}
	var definition apiextensionsv1.CustomResourceDefinition
	if err := yaml.Unmarshal(text, &definition); err != nil {
		return err
	}
	version := slices.IndexFunc(definition.Spec.Versions, func(each apiextensionsv1.CustomResourceDefinitionVersion) bool {
		return each.Name == object.GroupVersionKind().Version
	})
	if version < 0 {
		return fmt.Errorf("KEDA has no version %s of %s", object.GroupVersionKind().Version, object.GetKind())
	}
	var properties apiextensions.JSONSchemaProps
	given := definition.Spec.Versions[version].Schema.OpenAPIV3Schema
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(given, &properties, nil); err != nil {
		return err
	}
	validator, _, err := validation.NewSchemaValidator(&properties)
	if err != nil {
		return err
	}
	if err := validation.ValidateCustomResource(nil, object.Object, validator).ToAggregate(); err != nil {
		return err
	}
	structural, err := schema.NewStructural(&properties)
	if err != nil {
		return err
	}
	track := schema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	if unknown := pruning.PruneWithOptions(object.DeepCopy().Object, structural, true, track); len(unknown) > 0 {
		return fmt.Errorf("unknown fields: %s", strings.Join(unknown, ", "))
	}
	triggers, _, err := unstructured.NestedSlice(object.Object, "spec", "triggers")
	if err != nil {
		return err
	}
	var found []error
	for _, each := range triggers {
		trigger := each.(map[string]any)
		metadata, _ := trigger["metadata"].(map[string]any)
		found = append(found, checkTrigger(folder, trigger["type"].(string), metadata))
	}
	return errors.Join(found...)
}

// What a scaler reads of the metadata of its trigger, by the tags of its fields.
var tagOfField = regexp.MustCompile("keda:\"name=(\\w+),\\s*order=([\\w;]+)(,\\s*(?:optional|default=[^\"]*))?\"")

func checkTrigger(folder, scaler string, metadata map[string]any) error {
	source, err := os.ReadFile(filepath.Join(folder, "pkg/scalers", scaler+"_scaler.go"))
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, each := range tagOfField.FindAllStringSubmatch(string(source), -1) {
		known[each[1]] = true
		if _, given := metadata[each[1]]; !given && each[3] == "" && each[2] == "triggerMetadata" {
			return fmt.Errorf("a trigger of %s needs %s", scaler, each[1])
		}
	}
	for name := range metadata {
		if !known[name] {
			return fmt.Errorf("a trigger of %s does not read %s", scaler, name)
		}
	}
	return nil
}

func moduleFolder() (string, error) {
	if output, err := exec.Command("go", "mod", "download", "-modfile=keda.mod", keda).CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, output)
	}
	found, err := exec.Command("go", "list", "-modfile=keda.mod", "-m", "-f", "{{.Dir}}", keda).Output()
	return strings.TrimSpace(string(found)), err
}
