"""What people read: graded notebooks and feedback. All that a student wrote or showed is cleaned here."""
