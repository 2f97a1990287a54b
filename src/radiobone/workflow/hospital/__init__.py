"""A score for the systems of a hospital: DICOM report, FHIR resources, and a service that many threads can ask."""
