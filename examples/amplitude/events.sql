-- What people did. What Amplitude sends by itself ([Amplitude] ..., sessions) is nobody's doing.
SELECT
    CAST(amplitude_id AS VARCHAR) AS amplitude_id,
    CAST(event_time AS TIMESTAMP) AS event_time,
    CAST(server_upload_time AS TIMESTAMP) AS server_upload_time,
    event_type
FROM exported
WHERE event_type NOT LIKE '[Amplitude]%' AND event_type NOT IN ('session_start', 'session_end')
