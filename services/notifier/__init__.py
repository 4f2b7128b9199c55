"""Announcements into alerts (a Faust stream), and the watchdog that proposes deadlines."""
