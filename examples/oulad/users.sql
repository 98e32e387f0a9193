-- One row for each student of a run: somebody who took both runs would be two users, with two starts and two results.
SELECT
    info.code_module || ' ' || info.code_presentation || '/' || info.id_student AS student,
    info.code_module || ' ' || info.code_presentation AS presentation,
    run.day_0 + TRY_CAST(registration.date_registration AS INTEGER) AS registered,
    -- the day of withdrawal, or else the last day of the run
    run.day_0 + CAST(coalesce(TRY_CAST(registration.date_unregistration AS INTEGER),
                              course.module_presentation_length) AS INTEGER) AS ended,
    info.gender,
    info.age_band,
    info.highest_education,
    info.region,
    info.imd_band,
    info.disability,
    info.final_result
FROM studentInfo AS info
JOIN (VALUES ('AAA', '2013J', DATE '2013-10-07'), ('BBB', '2013B', DATE '2013-02-04'))
    AS run (code_module, code_presentation, day_0) USING (code_module, code_presentation)
LEFT JOIN studentRegistration AS registration USING (code_module, code_presentation, id_student)
LEFT JOIN courses AS course USING (code_module, code_presentation)
