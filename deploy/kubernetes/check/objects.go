package main

import (
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/apps"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/batch"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	batchvalidation "k8s.io/kubernetes/pkg/apis/batch/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/networking"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	networkingvalidation "k8s.io/kubernetes/pkg/apis/networking/validation"
	"k8s.io/kubernetes/pkg/apis/policy"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	policyvalidation "k8s.io/kubernetes/pkg/apis/policy/validation"
)

var strict = serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict)

// decode fails on a kind that Kubernetes does not have, on a key that the kind does not have and on one that stands twice. The object has the
// defaults that a server sets.
func decode(document []byte) (runtime.Object, error) {
	object, _, err := strict.UniversalDecoder().Decode(document, nil, nil)
	return object, err
}

// validate does what a server does before it creates an object.
func validate(object runtime.Object) error {
	pods := corevalidation.PodValidationOptions{}
	var found field.ErrorList
	switch each := object.(type) {
	case *apps.Deployment:
		found = appsvalidation.ValidateDeployment(each, pods)
	case *batch.CronJob:
		found = batchvalidation.ValidateCronJobCreate(each, pods)
	case *core.ConfigMap:
		found = corevalidation.ValidateConfigMap(each)
	case *core.Namespace:
		found = corevalidation.ValidateNamespace(each)
	case *core.PersistentVolumeClaim:
		found = corevalidation.ValidatePersistentVolumeClaim(each, corevalidation.ValidationOptionsForPersistentVolumeClaim(each, nil))
	case *core.Service:
		found = corevalidation.ValidateServiceCreate(each)
	case *core.ServiceAccount:
		found = corevalidation.ValidateServiceAccount(each)
	case *networking.NetworkPolicy:
		found = networkingvalidation.ValidateNetworkPolicy(each, networkingvalidation.NetworkPolicyValidationOptions{})
	case *policy.PodDisruptionBudget:
		found = policyvalidation.ValidatePodDisruptionBudget(each, policyvalidation.PodDisruptionBudgetValidationOptions{})
	default:
		return fmt.Errorf("there is no validation for %T here", object)
	}
	return found.ToAggregate()
}
