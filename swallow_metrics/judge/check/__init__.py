"""Does a judge still judge as it did? Bundled dialogues with ratings of our own, and figures on its verdicts."""
