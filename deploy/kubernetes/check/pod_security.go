package main

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/apps"
	"k8s.io/kubernetes/pkg/apis/batch"
	"k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// checkPodSecurity holds the pods of a workload to the restricted standard, as the label of the namespace makes a cluster do.
func checkPodSecurity(object runtime.Object) error {
	template := podsOf(object)
	if template == nil {
		return nil
	}
	var pod corev1.PodTemplateSpec
	if err := legacyscheme.Scheme.Convert(template, &pod, nil); err != nil {
		return err
	}
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return err
	}
	restricted := api.LevelVersion{Level: api.LevelRestricted, Version: api.LatestVersion()}
	result := policy.AggregateCheckResults(evaluator.EvaluatePod(restricted, &pod.ObjectMeta, &pod.Spec))
	if result.Allowed {
		return nil
	}
	return fmt.Errorf("not restricted: %s", result.ForbiddenDetail())
}

func podsOf(object runtime.Object) *core.PodTemplateSpec {
	switch each := object.(type) {
	case *apps.Deployment:
		return &each.Spec.Template
	case *batch.CronJob:
		return &each.Spec.JobTemplate.Spec.Template
	}
	return nil
}
