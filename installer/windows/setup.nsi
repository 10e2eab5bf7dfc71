; SPDX-License-Identifier: LGPL-2.1-or-later
; PitBox Relay's installer for Windows. README.md beside this file says what its
; options and exit codes are. package.py hands in VERSION, FILES (a list of what to
; unpack), OUTPUT, ICON, KILOBYTES and, where things are signed, SIGN.
Target amd64-unicode
Unicode true
!include MUI2.nsh
!include LogicLib.nsh
!include WinMessages.nsh
!include StrFunc.nsh
${StrStr}
!include x64.nsh

!define PRODUCT "PitBox Relay"
!define FOLDER "PitBoxRelay"
; The same program, with and without a console of its own.
!define AGENT "pitbox-agent.exe"
!define TRAY "pitbox-tray.exe"
!define COMMAND '"$INSTDIR\bin\${TRAY}" --supervise --tray'
; Of the window that a running one has for whoever wants it to end.
!define WINDOW "PitBoxRelayProgram"
; Names that the program itself uses, too (agent/tray, program/pb-folders).
!define RUN_VALUE "PitBox Relay"
!define DATA "PitBox Relay"
!define RUN_KEY "Software\Microsoft\Windows\CurrentVersion\Run"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\${FOLDER}"
; 1903, the first with Windows.Graphics.Capture and UTF-8 as a program's code page.
!define MIN_BUILD 18362
; A running one that was asked to gets 16 s to end; then it is ended.
!define END_TRIES 64
!define END_WAIT_MS 250

; Beside 0 (done) and NSIS' own 1 (cancelled) and 2 (aborted).
!define EXIT_OLD_WINDOWS 3
!define EXIT_NOT_ADMIN 4
!define EXIT_BAD_OPTION 5
!define EXIT_IN_USE 6
!define EXIT_CANNOT_WRITE 7

Name "${PRODUCT} ${VERSION}"
OutFile "${OUTPUT}"
InstallDir ""
RequestExecutionLevel user
ManifestSupportedOS Win10
ManifestDPIAware true
SetCompressor /SOLID lzma
SetCompressorDictSize 32
SetDateSave on
SetOverwrite on
!ifdef SIGN
  !uninstfinalize '${SIGN} "%1"'
!endif
BrandingText "${PRODUCT} ${VERSION}"
VIProductVersion "${VERSION}.0"
VIAddVersionKey ProductName "${PRODUCT}"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "${PRODUCT} setup"
VIAddVersionKey CompanyName "${PRODUCT}"
VIAddVersionKey LegalCopyright "LGPL-2.1-or-later"

Var server
Var mode
Var pair
Var autostart
Var all_users
Var was_running
Var busy
Var log
Var purge

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN
!define MUI_FINISHPAGE_RUN_FUNCTION start_agent
!define MUI_FINISHPAGE_RUN_TEXT "Start ${PRODUCT} now"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE English

; Words for whoever deploys in silence: %TEMP%\PitBoxRelay-setup.log.
!macro say TEXT
  DetailPrint "${TEXT}"
  FileOpen $log "$TEMP\${FOLDER}-setup.log" a
  FileSeek $log 0 END
  FileWriteUTF16LE /BOM $log "${TEXT}$\r$\n"
  FileClose $log
!macroend

!macro leave CODE TEXT
  !insertmacro say "${TEXT}"
  MessageBox MB_ICONSTOP "${TEXT}" /SD IDOK
  SetErrorLevel ${CODE}
  Quit
!macroend

; $busy is 1 while Windows runs one of the files. (IfErrors clears what it reads: the
; error flag is no return value.)
!macro stop_agent UN
Function ${UN}look
  StrCpy $busy 0
  StrCpy $R7 "${AGENT}"
  Call ${UN}look_at
  StrCpy $R7 "${TRAY}"
  Call ${UN}look_at
FunctionEnd

Function ${UN}look_at
  ${IfNot} ${FileExists} "$INSTDIR\bin\$R7"
    Return
  ${EndIf}
  ClearErrors
  FileOpen $R8 "$INSTDIR\bin\$R7" a
  ${If} ${Errors}
    StrCpy $busy 1
  ${Else}
    FileClose $R8
  ${EndIf}
FunctionEnd

Function ${UN}wait
  StrCpy $R9 0
  ${Do}
    Sleep ${END_WAIT_MS}
    Call ${UN}look
    IntOp $R9 $R9 + 1
    ${If} $busy = 0
      ${Break}
    ${EndIf}
  ${LoopUntil} $R9 >= ${END_TRIES}
FunctionEnd

; The running agent is asked, then ended. $was_running says whether there was one.
Function ${UN}stop_agent
  Call ${UN}look
  StrCpy $was_running $busy
  ${If} $busy = 0
    Return
  ${EndIf}
  !insertmacro say "ending the running agent"
  StrCpy $0 0
  ${Do}
    FindWindow $0 "${WINDOW}" "" 0 $0
    ${If} $0 = 0
      ${Break}
    ${EndIf}
    System::Call 'user32::PostMessageW(p r0, i ${WM_CLOSE}, p 0, p 0)'
  ${Loop}
  Call ${UN}wait
  ${If} $busy = 1
    ; Of another session, or it hangs.
    !insertmacro say "it does not end: it is ended"
    nsExec::Exec '"$SYSDIR\taskkill.exe" /F /IM ${TRAY} /IM ${AGENT}'
    Pop $0
    Call ${UN}wait
  ${EndIf}
FunctionEnd
!macroend
!insertmacro stop_agent ""
!insertmacro stop_agent "un."

Function start_agent
  Exec '${COMMAND}'
FunctionEnd

; GetOptions ends a value at the next slash, which addresses have.
!macro option UN
; $R0, such as "/MODE=", in the command line: its value into $R1, or the error flag.
; A value, or all of it with its name, may stand in quotes.
Function ${UN}option
  ClearErrors
  StrCpy $R1 ""
  StrLen $R2 $R0
  StrCpy $R3 0
  ${Do}
    IntOp $R5 $R3 + 1
    StrCpy $R4 $CMDLINE $R2 $R5
    ${If} $R4 == ""
      SetErrors
      Return
    ${EndIf}
    StrCpy $R6 $CMDLINE 1 $R3
    StrCpy $R3 $R5
    ${If} $R4 == $R0
      ${If} $R6 == " "
      ${OrIf} $R6 == '"'
        ${Break}
      ${EndIf}
    ${EndIf}
  ${Loop}
  IntOp $R3 $R3 + $R2
  StrCpy $R4 $CMDLINE 1 $R3
  ${If} $R4 == '"'
    StrCpy $R6 $R4
    IntOp $R3 $R3 + 1
  ${EndIf}
  ${Do}
    StrCpy $R4 $CMDLINE 1 $R3
    ${If} $R4 == ""
    ${OrIf} $R4 == $R6
      ${Break}
    ${EndIf}
    StrCpy $R1 "$R1$R4"
    IntOp $R3 $R3 + 1
  ${Loop}
FunctionEnd

; $R1 is 1 if the word $R0 stands there by itself, else 0.
Function ${UN}switch
  Call ${UN}option
  ${If} ${Errors}
  ${OrIf} $R1 != ""
    StrCpy $R1 0
  ${Else}
    StrCpy $R1 1
  ${EndIf}
FunctionEnd
!macroend
!insertmacro option ""
!insertmacro option "un."

Function read_options
  StrCpy $R0 "/SERVER="
  Call option
  StrCpy $server $R1
  StrCpy $R0 "/PAIR="
  Call option
  StrCpy $pair $R1
  StrCpy $R0 "/MODE="
  Call option
  StrCpy $mode $R1
  StrCpy $R0 "/NOAUTOSTART"
  Call switch
  IntOp $autostart 1 - $R1
  StrCpy $R0 "/ALLUSERS"
  Call switch
  StrCpy $all_users $R1
  ${If} $mode != ""
  ${AndIf} $mode != "video"
  ${AndIf} $mode != "telemetry"
    !insertmacro leave ${EXIT_BAD_OPTION} "/MODE= must be video or telemetry, not $mode"
  ${EndIf}
  StrCpy $1 $server 8
  StrCpy $2 $server 7
  ${If} $server != ""
  ${AndIf} $1 != "https://"
  ${AndIf} $2 != "http://"
    !insertmacro leave ${EXIT_BAD_OPTION} "/SERVER= must be the address of the server's page, https://..., not $server"
  ${EndIf}
FunctionEnd

; Refuses what cannot work; of what only hinders the picture it says so.
Function check_windows
  ReadRegStr $0 HKLM "SOFTWARE\Microsoft\Windows NT\CurrentVersion" CurrentBuildNumber
  ${IfNot} ${RunningX64}
    StrCpy $0 0
  ${EndIf}
  ${If} $0 < ${MIN_BUILD}
    !insertmacro leave ${EXIT_OLD_WINDOWS} "${PRODUCT} needs 64-bit Windows 10, version 1903 (build ${MIN_BUILD}) or newer. This is build $0: let Windows Update bring it up to date."
  ${EndIf}
  ; D3D11CreateDevice (hardware, SDK 7): the feature level, 0xb000 is 11.0.
  System::Call 'd3d11::D3D11CreateDevice(p 0, i 1, p 0, i 0, p 0, i 0, i 7, p 0, *i .r2, p 0) i .r1'
  ${If} $1 != 0
  ${OrIf} $2 < 0xb000
    !insertmacro say "no Direct3D 11 graphics card was found: telemetry works, the picture does not. A newer graphics driver may help."
  ${EndIf}
  ${IfNot} ${FileExists} "$SYSDIR\mfplat.dll"
    !insertmacro say "this is an N edition without the Media Feature Pack: capture cards and Microsoft's encoder are missing. Settings, Apps, Optional features, Add a feature: Media Feature Pack."
  ${EndIf}
FunctionEnd

Function .onInit
  SetRegView 64
  Delete "$TEMP\${FOLDER}-setup.log"
  Call read_options
  Call check_windows
  ${If} $all_users = 1
    UserInfo::GetAccountType
    Pop $0
    ${If} $0 != "Admin"
      !insertmacro leave ${EXIT_NOT_ADMIN} "/ALLUSERS needs an administrator: start the setup with $\"Run as administrator$\", or leave /ALLUSERS out."
    ${EndIf}
    SetShellVarContext all
    StrCpy $0 "$PROGRAMFILES64\${FOLDER}"
  ${Else}
    StrCpy $0 "$LOCALAPPDATA\Programs\${FOLDER}"
  ${EndIf}
  ${If} $INSTDIR == "" ; else /D= has said so
    ; NSIS leaves one out that cannot be, or stands in quotes: the files would go
    ; elsewhere.
    System::Call 'kernel32::GetCommandLineW() w .r1'
    ${StrStr} $2 $1 " /D="
    ${StrStr} $3 $1 '"/D='
    ${If} "$2$3" != ""
      !insertmacro leave ${EXIT_BAD_OPTION} "/D= must be a folder, or one that can be made, as the last option and without quotes, blanks or not: $1"
    ${EndIf}
    StrCpy $INSTDIR $0
    ReadRegStr $1 SHCTX "${UNINSTALL_KEY}" InstallLocation
    ${If} $1 != ""
      StrCpy $INSTDIR $1
    ${EndIf}
  ${EndIf}
FunctionEnd

; What the agent begins with, until its user says otherwise.
Function write_settings
  CreateDirectory "$INSTDIR\etc"
  ${If} $server != ""
    WriteINIStr "$INSTDIR\etc\agent.conf" pairing server $server
  ${EndIf}
  ${If} $pair != ""
    WriteINIStr "$INSTDIR\etc\agent.conf" pairing name $pair
  ${EndIf}
  ${If} $mode != ""
    WriteINIStr "$INSTDIR\etc\agent.conf" agent mode $mode
  ${EndIf}
  RMDir "$INSTDIR\etc" ; nothing was said
FunctionEnd

; What installs replaces what was there: an old plugin would be loaded, too.
!macro remove_files
  RMDir /r "$INSTDIR\bin"
  RMDir /r "$INSTDIR\lib"
  RMDir /r "$INSTDIR\libexec"
  RMDir /r "$INSTDIR\share"
  RMDir /r "$INSTDIR\licences"
  Delete "$INSTDIR\README.txt"
  Delete "$INSTDIR\sbom.spdx.json"
!macroend

Section
  Call stop_agent
  ${If} $busy = 1
    !insertmacro leave ${EXIT_IN_USE} "the running agent does not end: close ${PRODUCT} in the tray, then try again"
  ${EndIf}
  !insertmacro remove_files
  ClearErrors
  !include "${FILES}"
  ${If} ${Errors}
    !insertmacro leave ${EXIT_CANNOT_WRITE} "$INSTDIR cannot be written: is the disk full, or the folder somebody else's?"
  ${EndIf}
  Call write_settings
  ${If} $autostart = 0
    DeleteRegValue SHCTX "${RUN_KEY}" "${RUN_VALUE}" ; an error where there is none
  ${EndIf}
  ClearErrors
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\${PRODUCT}.lnk" "$INSTDIR\bin\${TRAY}" "--supervise --tray"
  ${If} $autostart = 1
    WriteRegStr SHCTX "${RUN_KEY}" "${RUN_VALUE}" '${COMMAND}'
  ${EndIf}
  WriteRegStr SHCTX "${UNINSTALL_KEY}" DisplayName "${PRODUCT}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" DisplayVersion "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" DisplayIcon "$INSTDIR\bin\${AGENT}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" Publisher "${PRODUCT}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" InstallLocation "$INSTDIR"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" UninstallString '"$INSTDIR\uninstall.exe"'
  WriteRegStr SHCTX "${UNINSTALL_KEY}" QuietUninstallString '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" EstimatedSize ${KILOBYTES}
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" NoModify 1
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" NoRepair 1
  ${If} ${Errors}
    !insertmacro leave ${EXIT_CANNOT_WRITE} "$INSTDIR is written, but not known to Windows: the registry refuses it"
  ${EndIf}
  ; Whoever had it running goes on; the finish page offers it else.
  ${If} $was_running = 1
  ${AndIf} $all_users = 0
  ${AndIf} ${Silent}
    Call start_agent
  ${EndIf}
  !insertmacro say "installed ${VERSION} in $INSTDIR"
SectionEnd

Function un.onInit
  SetRegView 64
  StrCpy $R0 "/PURGE"
  Call un.switch
  StrCpy $purge $R1
  ReadRegStr $0 HKCU "${UNINSTALL_KEY}" InstallLocation
  ${If} $0 != $INSTDIR
    ReadRegStr $0 HKLM "${UNINSTALL_KEY}" InstallLocation
    ${If} $0 == $INSTDIR
      UserInfo::GetAccountType
      Pop $1
      ${If} $1 != "Admin"
        !insertmacro leave ${EXIT_NOT_ADMIN} "it was installed for all users: start its uninstaller as administrator"
      ${EndIf}
      SetShellVarContext all
    ${EndIf}
  ${EndIf}
FunctionEnd

Section Uninstall
  Call un.stop_agent
  ${If} $busy = 1
    !insertmacro leave ${EXIT_IN_USE} "the running agent does not end: close ${PRODUCT} in the tray, then try again"
  ${EndIf}
  ; A pairing is a secret that outlives the program only where its user wants it.
  ${If} $purge = 0
    MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 \
      "Also remove this PC's pairing, its settings, logs and telemetry that the server does not have yet?" \
      /SD IDNO IDNO keep
    StrCpy $purge 1
  keep:
  ${EndIf}
  !insertmacro remove_files
  Delete "$INSTDIR\etc\agent.conf"
  RMDir "$INSTDIR\etc"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${PRODUCT}.lnk"
  DeleteRegValue SHCTX "${RUN_KEY}" "${RUN_VALUE}"
  DeleteRegKey SHCTX "${UNINSTALL_KEY}"
  ${If} $purge = 1
    SetShellVarContext current
    RMDir /r "$LOCALAPPDATA\${DATA}"
    RMDir /r "$APPDATA\${DATA}"
  ${EndIf}
SectionEnd
