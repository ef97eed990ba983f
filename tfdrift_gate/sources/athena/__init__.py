"""``athena:``: a trail's records through one SQL query, run where the data is.

``table`` reads what the table has, ``columns`` which of it make a record, ``partitions`` what of it must be scanned
(``listed``: whether that is there), ``query`` writes the query, ``run`` runs it, ``explain`` says what went wrong;
``read`` puts them together. ``ddl`` writes the table that suits best.
"""
