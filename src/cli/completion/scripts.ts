import type { Shell } from "./shells.ts";

/**
 * The script that makes a shell ask gantry what could stand at the cursor. `gantry complete WORDS…` answers with a line
 * for each word, `WORD<tab>HELP`, after a line `space` or `nospace`.
 */
export const COMPLETION_SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# bash completion of gantry:  source <(gantry completion bash)
_gantry() {
  local line word mode=space words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  # bash takes : and = for the ends of words: the line itself tells where words begin.
  local before="\${COMP_LINE:0:COMP_POINT}"
  read -r -a words <<<"$before"
  words=("\${words[@]:1}")
  [[ $before == *[[:space:]] ]] && words+=("")
  local begun="\${words[\${#words[@]}-1]}" cut=""
  case $begun in *[:=]*) cut="\${begun%"\${begun##*[:=]}"}" ;; esac
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      space | nospace) mode=$line ;;
      *) word="\${line%%$'\\t'*}"; COMPREPLY+=("\${word#"$cut"}") ;;
    esac
  done < <("\${COMP_WORDS[0]}" complete -- "\${words[@]}" 2>/dev/null)
  [[ $mode == nospace ]] && compopt -o nospace
}
complete -F _gantry gantry
`,
  zsh: `#compdef gantry
# zsh completion of gantry:  gantry completion zsh > "\${fpath[1]}/_gantry"
_gantry() {
  local line mode=space
  local -a found shown
  while IFS= read -r line; do
    case $line in
      space|nospace) mode=$line ;;
      *) found+=("\${line%%$'\\t'*}"); shown+=("\${line/$'\\t'/  -- }") ;;
    esac
  done < <("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if [[ $mode == nospace ]]; then compadd -S '' -d shown -l -- "\${found[@]}"
  else compadd -d shown -l -- "\${found[@]}"; fi
}
if [[ $funcstack[1] == _gantry ]]; then _gantry "$@"; else compdef _gantry gantry; fi
`,
  fish: `# fish completion of gantry:  gantry completion fish > ~/.config/fish/completions/gantry.fish
function __gantry_complete
  set -l words (commandline -opc) (commandline -ct)
  $words[1] complete -- $words[2..-1] 2>/dev/null | string match -v -r '^(no)?space$'
end
complete -c gantry -f -a '(__gantry_complete)'
`,
  powershell: `# PowerShell completion of gantry:  gantry completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName gantry -ScriptBlock {
  param($begun, $line, $cursor)
  $words = @($line.CommandElements | Select-Object -Skip 1 | Where-Object { $_.Extent.StartOffset -lt $cursor } |
    ForEach-Object { $_.Extent.Text })
  if ($begun -eq '') { $words += '""' }
  & $line.CommandElements[0].Extent.Text complete -- @words 2>$null | Select-Object -Skip 1 | ForEach-Object {
    $word, $help = $_ -split "\`t", 2
    if (-not $help) { $help = $word }
    [System.Management.Automation.CompletionResult]::new($word, $word, 'ParameterValue', $help)
  }
}
`,
};
