"""Looking at pixels for visible labels: reading, judging and measuring what stands in a picture.

It serves pictures and films alike and needs the extra ``ocr``; see `ailabel.sight.look`.
"""
