// Checks the gate templates with the schemas, the types, the evaluator and the template functions of the tools that read them:
//
//	cd deploy/gate/check && go run .
package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"text/template"

	rollouts "github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"github.com/argoproj/argo-rollouts/utils/evaluate"
	flagger "github.com/fluxcd/flagger/pkg/apis/flagger/v1beta1"
	"github.com/sirupsen/logrus"
	"sigs.k8s.io/yaml"
)

func main() {
	if err := checkRollouts("../argo-rollouts.yaml"); err != nil {
		fail("argo-rollouts.yaml", err)
	}
	if err := checkFlagger("../flagger.yaml"); err != nil {
		fail("flagger.yaml", err)
	}
	if err := checkSchemas("../argo-rollouts.yaml", "../flagger.yaml"); err != nil {
		fail("schemas", err)
	}
}

// checkRollouts fails on a key that an AnalysisTemplate does not have, and on a result that leads to another phase than it should:
// above all, no data never succeeds.
func checkRollouts(file string) error {
	var analysis rollouts.AnalysisTemplate
	if err := readStrictly(file, &analysis); err != nil {
		return err
	}
	cases := []struct {
		result []float64
		want   rollouts.AnalysisPhase
	}{
		{[]float64{1}, rollouts.AnalysisPhaseSuccessful},
		{[]float64{-1}, rollouts.AnalysisPhaseFailed},
		{[]float64{0}, rollouts.AnalysisPhaseInconclusive},
		{[]float64{}, rollouts.AnalysisPhaseInconclusive},
	}
	for _, metric := range analysis.Spec.Metrics {
		for _, each := range cases {
			phase, err := evaluate.EvaluateResult(each.result, metric, *logrus.NewEntry(logrus.New()))
			if err != nil {
				return err
			}
			if phase != each.want {
				return fmt.Errorf("metric %s: %v gives %s instead of %s", metric.Name, each.result, phase, each.want)
			}
			fmt.Printf("argo-rollouts %s: %v gives %s\n", metric.Name, each.result, phase)
		}
	}
	return nil
}

// checkFlagger fails on a key that a MetricTemplate does not have, and on a variable that is not filled in.
func checkFlagger(file string) error {
	var metric flagger.MetricTemplate
	if err := readStrictly(file, &metric); err != nil {
		return err
	}
	model := flagger.MetricTemplateModel{Variables: map[string]string{"baseline": "1.33.2", "candidate": "1.34.2"}}
	query, err := template.New("query").Option("missingkey=error").Funcs(model.TemplateFunctions()).Parse(metric.Spec.Query)
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := query.Execute(&text, nil); err != nil {
		return err
	}
	if strings.Contains(text.String(), "no value") || strings.Count(text.String(), "1.34.2") != strings.Count(metric.Spec.Query, "variables.candidate") {
		return fmt.Errorf("the query is not filled in:\n%s", text.String())
	}
	fmt.Printf("flagger %s: %s\n", metric.Name, strings.Join(strings.Fields(text.String()), " "))
	return nil
}

func readStrictly(file string, into any) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return yaml.UnmarshalStrict(text, into)
}

func fail(file string, err error) {
	fmt.Fprintf(os.Stderr, "%s: %v\n", file, err)
	os.Exit(1)
}
