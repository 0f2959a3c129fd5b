"""For tests: a play without Kafka, and the stream that it would have left there."""
