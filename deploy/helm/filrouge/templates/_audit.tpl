{{/* A pod of an auditor: dict "root" $ "name" NAME "args" ARGS, and what else it mounts: "claims" (list of
     dict "name" "claim" "path"), "files" (variable → Secret and key), "command", "source". It reads the archive,
     or, if that is its source, `kafka`, as the user `auditor`. */}}

{{/* What it reads, as commands take it: dict "root" $ "user" USER "source" SOURCE. */}}
{{- define "filrouge.auditSource" -}}
{{- $kafka := include "filrouge.kafkaAddress" . }}
{{- if ne "kafka" .source }}{{ .source | default .root.Values.archive.url }}
{{- else if contains "://" $kafka }}{{ $kafka }}
{{- else }}kafka://{{ $kafka }}{{ end }}
{{- end }}

{{- define "filrouge.auditPod" -}}
{{- $root := .root }}
{{- $source := .source | default "" }}
{{- $access := ternary "kafka" "archive" (eq "kafka" $source) }}
{{- $pod := dict "root" $root "name" .name "component" "job" "access" (list $access) "user" "auditor" "image" "workbench" "source" $source }}
metadata:
  labels:
    {{- include "filrouge.podLabels" $pod | nindent 4 }}
spec:
  restartPolicy: Never
  {{- include "filrouge.podSecurity" $pod | nindent 2 }}
  containers:
    - name: {{ .name }}
      image: {{ include "filrouge.image" $pod }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      {{- include "filrouge.containerSecurity" $pod | nindent 6 }}
      {{- if eq $access "archive" }}
      {{- with include "filrouge.archiveEnvFrom" $root }}
      {{- . | nindent 6 }}
      {{- end }}
      {{- end }}
      {{- with .command }}
      command:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      args:
        {{- toYaml .args | nindent 8 }}
      env:
        - {name: FILROUGE_SOURCE, value: {{ include "filrouge.auditSource" $pod | quote }}}
        {{- range $variable, $file := .files }}
        - {name: {{ $variable }}, value: /etc/filrouge/{{ $file.secret }}/{{ $file.key }}}
        {{- end }}
      resources:
        {{- toYaml $root.Values.audit.resources | nindent 8 }}
      volumeMounts:
        {{- if eq $access "kafka" }}
        {{- include "filrouge.kafkaMounts" $pod | nindent 8 }}
        {{- else }}
        - {name: tmp, mountPath: /tmp}
        {{- if $root.Values.archive.volume.enabled }}
        - {name: archive, mountPath: /archive, readOnly: true}
        {{- end }}
        {{- end }}
        {{- range .claims }}
        - {name: {{ .name }}, mountPath: {{ .path }}}
        {{- end }}
        {{- range $variable, $file := .files }}
        - {name: {{ $file.secret }}, mountPath: /etc/filrouge/{{ $file.secret }}, readOnly: true}
        {{- end }}
  volumes:
    {{- if eq $access "kafka" }}
    {{- include "filrouge.kafkaVolumes" $pod | nindent 4 }}
    {{- else }}
    - name: tmp
      emptyDir: {sizeLimit: 64Mi}
    {{- if $root.Values.archive.volume.enabled }}
    - name: archive
      persistentVolumeClaim: {claimName: archive, readOnly: true}
    {{- end }}
    {{- end }}
    {{- range .claims }}
    - name: {{ .name }}
      persistentVolumeClaim: {claimName: {{ .claim }}}
    {{- end }}
    {{- range $variable, $file := .files }}
    {{- include "filrouge.secretVolume" (dict "name" $file.secret "secret" $file.secret "key" $file.key "file" $file.key) | nindent 4 }}
    {{- end }}
{{- end }}

{{/* Whom an auditor trusts, as arguments. */}}
{{- define "filrouge.verifiers" -}}
{{- $args := list }}
{{- range .Values.archive.verifiers }}
{{- $args = concat $args (list "--verifier" .) }}
{{- end }}
{{- toYaml $args }}
{{- end }}

{{/* What a share of the command is told besides its number, and what whoever puts them together is told. */}}
{{- define "filrouge.auditShares" -}}
{{- $parts := list }}
{{- range $index := until (int .Values.audit.shares) }}
{{- $parts = append $parts (printf "/parts/%d.json" $index) }}
{{- end }}
{{- $verifiers := include "filrouge.verifiers" . | fromYamlArray }}
{{- $shares := dict "re-execute" (list "--processes" "1" "--json" "/parts/$(JOB_COMPLETION_INDEX).json")
                    "verify" (concat (list "--processes" "1" "--results" "/parts") $verifiers)
                    "export" (list "--to" "/parts") }}
{{- $merges := dict "re-execute" $parts
                    "verify" (concat (list "/parts" "--processes" "1" "--memory" "/memory") $verifiers)
                    "export" (list "/parts") }}
{{- toYaml (dict "share" (get $shares .Values.audit.command) "merge" (get $merges .Values.audit.command)) }}
{{- end }}
