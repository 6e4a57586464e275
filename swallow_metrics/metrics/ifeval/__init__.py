"""M-IFEval, Japanese part: does a response do what each instruction of its prompt asks?"""
