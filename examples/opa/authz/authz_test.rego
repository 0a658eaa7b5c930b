package authz_test

import data.authz

teams := {"members": {"platform": ["anna"]}}

test_members_are_allowed if {
	authz.allow with input as {"user": "anna", "owner": "platform", "hour": 12} with data.teams as teams
}

test_nobody_is_at_night if {
	not authz.allow with input as {"user": "anna", "owner": "platform", "hour": 23} with data.teams as teams
}
