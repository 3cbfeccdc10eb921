"""A clinic's own check: does this copy compute, write and protect as it was tested to?"""
