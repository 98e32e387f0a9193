-- One row for each record of clicks: a student, a day, and the kind of material that was opened.
-- The data tells days from the start of a run; the runs' first days are Mondays of our choice (see README.md).
SELECT
    clicks.code_module || ' ' || clicks.code_presentation || '/' || clicks.id_student AS student,
    run.day_0 + CAST(clicks.date AS INTEGER) AS day,
    material.activity_type AS activity_type
FROM studentVle AS clicks
JOIN (VALUES ('AAA', '2013J', DATE '2013-10-07'), ('BBB', '2013B', DATE '2013-02-04'))
    AS run (code_module, code_presentation, day_0) USING (code_module, code_presentation)
LEFT JOIN vle AS material USING (code_module, code_presentation, id_site)
