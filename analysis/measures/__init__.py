"""From records to what is compared: scored goals, rates of progress, the cohort."""
