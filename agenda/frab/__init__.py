"""The programme as other programs exchange it: frab's and Pentabarf's XML, and schedule.json.

Reading is lenient: real files rarely validate. `read_xml` and `read_json` only find the words, `lenient` makes sense of
them and says what it could not. Writing is strict: `schedule.xml.xsd` and `schedule.v1.schema.json` hold.
Source: https://c3voc.de/wiki/schedule.
"""
