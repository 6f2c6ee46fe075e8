"""The office: what officers see and do in the Wagtail admin."""
