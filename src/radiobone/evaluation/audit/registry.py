"""All checks of the audit. To add one, write its module and one line here."""

from __future__ import annotations

from collections.abc import Callable

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.audit.acquisition_confounded import acquisition_confounded
from radiobone.evaluation.audit.constant_features import constant_features
from radiobone.evaluation.audit.duplicate_rows import duplicate_rows
from radiobone.evaluation.audit.equal_features import equal_features
from radiobone.evaluation.audit.few_events import few_events
from radiobone.evaluation.audit.finding import Finding
from radiobone.evaluation.audit.missingness_leak import missingness_leak
from radiobone.evaluation.audit.no_patient_ids import no_patient_ids
from radiobone.evaluation.audit.patient_in_train_and_test import patient_in_train_and_test
from radiobone.evaluation.audit.possible_patients import possible_patients
from radiobone.evaluation.audit.row_order import row_order
from radiobone.evaluation.audit.site_confounded import site_confounded
from radiobone.evaluation.audit.site_in_features import site_in_features
from radiobone.evaluation.audit.step_outside_fold import step_outside_fold
from radiobone.evaluation.audit.suspected_leak import suspected_leak
from radiobone.evaluation.audit.views import as_two_classes

CHECKS: dict[str, Callable[[Cohort], list[Finding]]] = {
    "SuspectedLeak": suspected_leak,
    "SiteConfounded": site_confounded,
    "AcquisitionConfounded": acquisition_confounded,
    "SiteInFeatures": site_in_features,
    "StepOutsideFold": step_outside_fold,
    "PatientInTrainAndTest": patient_in_train_and_test,
    "MissingnessLeak": missingness_leak,
    "RowOrder": row_order,
    "DuplicateRows": duplicate_rows,
    "NoPatientIds": no_patient_ids,
    "PossiblePatients": possible_patients,
    "FewEvents": few_events,
    "ConstantFeature": constant_features,
    "EqualFeatures": equal_features,
}


def audit_cohort(cohort: Cohort) -> list[Finding]:
    """Run every check on a cohort; nothing is trained.

    Ordered classes and numbers are looked at as two classes, split at each boundary or at the median; what is found more
    than once in the same words is said once.
    """
    views = as_two_classes(cohort)
    found = [finding for check in CHECKS.values() for view in views for finding in check(view)]
    return list(dict.fromkeys(found))
