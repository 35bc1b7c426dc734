"""How forms are drawn: one field template, one form template, for the whole site."""

from __future__ import annotations

from typing import Any

from django.forms.renderers import TemplatesSetting
from django.template import engines
from django.utils.translation import gettext

# Drawn by Jinja, since a form has many of them: all widgets of Django's own, and these of ours in templates/jinja.
WIDGETS, OURS = "django/forms/widgets/", {"components/field.html", "components/choices.html"}


class Forms(TemplatesSetting):
    """Draw `{{ form }}` and `{{ form.name.as_field_group }}` by our components; widgets stay Django's own."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"

    def get_template(self, template_name: str) -> Any:
        if template_name in OURS or template_name.startswith(WIDGETS):
            return engines["jinja"].get_template(template_name)
        return super().get_template(template_name)

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        drawn = super().render(template_name, {"_": gettext, "choices": as_rows, **context}, request)
        return str(drawn)


def as_rows(field: Any) -> Any:
    """The radio buttons or checkboxes of a field, as rows that can be pressed anywhere. A form owns its widgets, so
    only this form's is told to look like that; the admin's stay as they are."""
    field.field.widget.template_name = "components/choices.html"
    return field.as_widget()
