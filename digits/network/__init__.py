"""Networks, their files and papers, what they answer, and how far they are to be believed.

In come prepared digits, float32 (n, 28, 28); out come logits, calibrated probabilities
(`prediction`), feature maps and gradients (`serving`), and whether it is a digit at all (`doubt`).
What answers is the export in a model's file, without TensorFlow (`light_serving`), TensorFlow in a
process beside (`tensorflow_beside`), or a Keras model in this one (`keras_serving`); `loading`
chooses, and nothing above knows which it is. What one person's hand changes of that is in `hand`.
TensorFlow is imported when it is first needed, by `tensorflow_import` alone. It uses
`common`, `picture` and `synthetic`.
"""
