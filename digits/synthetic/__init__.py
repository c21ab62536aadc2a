"""Pictures made to learn from: digits on imagined photographs, and things that are no digit.

In come real digits (MNIST's images, pen strokes) and a generator of random numbers, on which alone
a picture depends; out come uint8 pictures such as people bring (`scenes`, `non_digits`). It uses
`common` and `picture`.
"""
