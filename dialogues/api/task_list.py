"""Tasks over HTTP: parse, access, service, render."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from chatcore.http.paging import IdPagination
from chatcore.http.permissions import signed_in
from chatcore.http.serializers import valid
from dialogues.api import task_serializers as bodies
from dialogues.api.filters import TaskFilter
from dialogues.models import Task
from dialogues.selectors.task_list import task_for, task_out, tasks_of
from dialogues.services import task_list

ADD = [OpenApiExample("A task", request_only=True, value={"title": "Buy groceries"})]


class TaskList(GenericAPIView[Task]):
    queryset = Task.objects.none()  # tells the OpenAPI document what is filtered
    serializer_class = bodies.TaskObject
    pagination_class = IdPagination
    filterset_class = TaskFilter

    @extend_schema(operation_id="tasks_list", responses=bodies.TaskObject(many=True))
    def get(self, request: Request) -> Response:
        """My tasks, the newest first."""
        mine = self.filter_queryset(tasks_of(signed_in(request)))
        page = self.paginate_queryset(mine) or []
        return self.get_paginated_response([task_out(task) for task in page])

    @extend_schema(request=bodies.AddTask, responses={201: bodies.TaskObject}, examples=ADD)
    def post(self, request: Request) -> Response:
        """Put something on my list."""
        body = valid(bodies.AddTask, request.data)
        return Response(task_out(task_list.add_task(signed_in(request), **body)), status=201)


class TaskDetail(APIView):
    @extend_schema(responses=bodies.TaskObject)
    def get(self, request: Request, task_id: str) -> Response:
        """One of my tasks."""
        return Response(task_out(task_for(signed_in(request), task_id)))

    @extend_schema(request=bodies.UpdateTask, responses=bodies.TaskObject)
    def patch(self, request: Request, task_id: str) -> Response:
        """Another title or description; done, or not done after all."""
        me = signed_in(request)
        task = task_for(me, task_id)
        body = valid(bodies.UpdateTask, request.data)
        return Response(task_out(task_list.update_task(task, by=me, **body)))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, task_id: str) -> Response:
        """Take it off my list."""
        me = signed_in(request)
        task_list.delete_task(task_for(me, task_id), by=me)
        return Response(status=204)
