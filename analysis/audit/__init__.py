"""The truth audit: invented clinics with known truth go through the whole study, words included."""
