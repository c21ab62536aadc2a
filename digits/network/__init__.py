"""Networks, their files and papers, what they answer, and how far they are to be believed.

In come prepared digits, float32 (n, 28, 28); out come logits, calibrated probabilities
(`prediction`), feature maps and gradients (`compiled_calls`), and whether it is a digit at all
(`doubt`). TensorFlow is imported when it is first needed, by `tensorflow_import` alone. It uses
`common` and `picture`.
"""
