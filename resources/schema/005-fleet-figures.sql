-- SPDX-License-Identifier: GPL-3.0-or-later
-- What /metrics tells of a fleet is counted by one server for all: by lane `lane claimable oldest`, by table `name rows`,
-- separated by commas. And a row for each thing that one server does for all now and then.
ALTER TABLE fleet_stats ADD COLUMN lanes TEXT NOT NULL DEFAULT '';
ALTER TABLE fleet_stats ADD COLUMN dead_rows TEXT NOT NULL DEFAULT '';
INSERT INTO maintenance (what, done_at) VALUES ('forget', 0), ('sweep', 0), ('vacuum', 0) ON CONFLICT DO NOTHING;
