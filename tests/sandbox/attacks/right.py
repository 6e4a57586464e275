"""What a right solution of `weighted_sum` returns."""

RIGHT = "sum((i + 1) * x for i, x in enumerate(xs))"
