"""What a person says of answers, and what the network learns of it at once: that person's hand.

Readings and right answers go in (`adapting`), a `network.hand.Hand` comes out: other weights of the
last layer, found in milliseconds (`last_layer_fitting`) beside digits that must not suffer
(`rehearsal`). `kept_corrections` writes corrections to a ZIP or a folder, and reads them again. It
uses `common`, `picture`, `network` and `reading`.
"""
