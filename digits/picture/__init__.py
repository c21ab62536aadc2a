"""From whatever a person brings to what a network sees; it knows no network.

In comes a picture in any form (`decoding.Picture`), out come upright pixels
(`decoding.DecodedPicture`), the ink on them (`ink_finding.find_ink`) and the 28×28 that MNIST would
have made of it (`preparation.PreparedDigit`). It uses `common`.
"""
