"""Values that help texts, settings and messages share. Imported in every pytest run: nothing else is here."""

KEY_ENV = "OPENAI_API_KEY"
JUDGE_RETRIES = 2
MAX_RETRIES = 5  # of a request that failed, with growing pauses
MAX_ERRORS = "50%"
SMALLEST_DIFFERENCE = 0.01
MOST_REPEATS = 10_000  # generations per question: a mistyped number must not fill the memory
