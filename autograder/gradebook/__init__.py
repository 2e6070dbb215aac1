"""nbgrader's side: submissions come in, scores and graded notebooks go to its gradebook and folders."""
