"""nbgrader's exchange: releases go out, submissions come in, feedback goes back."""
