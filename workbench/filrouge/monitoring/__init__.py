"""What is known of a running installation: who tells what, dashboards, alerts."""
