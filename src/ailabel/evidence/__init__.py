"""What app stores and authorities ask to see: how an app labels what it generates, with proof.

The Measures let stores verify the materials of an app before they list it (art. 7), ask providers
for them at filings and assessments (art. 12), and want the service agreement to say how content is
labelled (art. 8). A pack holds a declaration, the labelling scheme medium by medium with pictures
of real samples and of their metadata, the report of their verification, and clauses for the
agreement.

Every sentence about labels rests on checks that were run on the samples; it names them. What no
file can show is the provider's own word, and is called so.
"""

from ailabel.evidence.pack import make_pack

__all__ = ["make_pack"]
