"""The act of tutoring: associations, their mentors and pupils, and the hours that the State pays for."""
