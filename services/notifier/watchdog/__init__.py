"""The watchdog: proposes that deadlines have passed. The fold decides what that means, if anything."""
