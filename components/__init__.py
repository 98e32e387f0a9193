"""What a person sees: figures, words, tables and inputs, made of the counts that `queries` returns."""
