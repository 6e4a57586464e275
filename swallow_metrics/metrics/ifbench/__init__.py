"""IFBench: does a response do what each of 58 kinds of instruction asks?"""
