# Who may change what: members of the team that owns it, and nobody at night.
package authz

default allow := false

allow if {
	input.user in data.teams.members[input.owner]
	not at_night
}

at_night if input.hour < 6

at_night if input.hour >= 22
