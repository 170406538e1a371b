"""Which kinds of mail a person does without."""
